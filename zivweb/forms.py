"""How form fields are rendered: our own field template, in the project's templates folder."""

from django.forms.renderers import TemplatesSetting


class FormRenderer(TemplatesSetting):
    """Renders fields with templates/forms/field.html (label, help, error, then the widget)."""

    field_template_name = "forms/field.html"
