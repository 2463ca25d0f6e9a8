"""Receipts of SMS gateways, and the demo mailbox."""

from django.urls import path

from notifications import views

urlpatterns = [
    path("sms/receipts/", views.sms_receipt, name="sms_receipt"),
    path("demo/mailbox/", views.demo_mailbox, name="demo_mailbox"),
    path("demo/mailbox.json", views.demo_mailbox_json, name="demo_mailbox_json"),
    path("demo/mailbox/<int:pk>/", views.demo_mail, name="demo_mail"),
    path("demo/mailbox/<int:pk>/html/", views.demo_mail_html, name="demo_mail_html"),
]
