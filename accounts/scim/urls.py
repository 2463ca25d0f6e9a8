"""The addresses of SCIM, each with and without a slash at its end: clients follow no redirect."""

from django.urls import re_path

from accounts.scim.about import config, nothing, resource_types, schemas
from accounts.scim.groups import group, groups
from accounts.scim.users import user, users

urlpatterns = [
    re_path(r"^Users/?$", users, name="scim_users"),
    re_path(r"^Users/(?P<uid>[^/]+)/?$", user, name="scim_user"),
    re_path(r"^Groups/?$", groups, name="scim_groups"),
    re_path(r"^Groups/(?P<uid>[^/]+)/?$", group, name="scim_group"),
    re_path(r"^ServiceProviderConfigs?/?$", config, name="scim_config"),
    re_path(r"^ResourceTypes(?:/(?P<name>[^/]+))?/?$", resource_types, name="scim_types"),
    re_path(r"^Schemas(?:/(?P<name>[^/]+))?/?$", schemas, name="scim_schemas"),
    re_path(r"^.*$", nothing, name="scim_nothing"),
]
