"""The address books."""

from django.urls import path

from contacts import views

urlpatterns = [
    path("contacts/", views.contact_list, name="contact_list"),
    path("contacts/new/", views.contact_new, name="contact_new"),
    path(
        "contacts/organization/", views.organization_contact_list, name="organization_contact_list"
    ),
    path(
        "contacts/organization/new/",
        views.organization_contact_new,
        name="organization_contact_new",
    ),
    path("contacts/<int:pk>/", views.contact, name="contact"),
    path("contacts/<int:pk>/delete/", views.contact_delete, name="contact_delete"),
    path("contacts/restore/<str:key>/", views.contact_restore, name="contact_restore"),
]
