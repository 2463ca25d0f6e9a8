"""A sent message's page, and a recipient's own link."""

from django.urls import path

from delivery import views

RECIPIENT = "messages/<int:pk>/recipients/<int:recipient_pk>/"

urlpatterns = [
    path("messages/<int:pk>/", views.message, name="message"),
    path("messages/<int:pk>/body/", views.message_body, name="message_body"),
    path(
        "messages/<int:pk>/attachments/<int:attachment_pk>/",
        views.message_attachment,
        name="message_attachment",
    ),
    path("messages/<int:pk>/attachments.zip", views.message_archive, name="message_archive"),
    path(
        "messages/<int:pk>/replies/attachments/<int:attachment_pk>/",
        views.reply_attachment,
        name="reply_attachment",
    ),
    path("messages/<int:pk>/revoke/", views.revoke_message, name="revoke_message"),
    path("messages/<int:pk>/extend/", views.extend_message, name="extend_message"),
    path(f"{RECIPIENT}correct/", views.correct_recipient, name="correct_recipient"),
    path(f"{RECIPIENT}keep/", views.keep_number, name="keep_number"),
    path(f"{RECIPIENT}resend/", views.resend_mail, name="resend_mail"),
    path(f"{RECIPIENT}unlock/", views.unlock_recipient, name="unlock_recipient"),
    path(f"{RECIPIENT}revoke/", views.revoke_recipient, name="revoke_recipient"),
    path(f"{RECIPIENT}revoke/undo/", views.take_back_revocation, name="take_back_revocation"),
    path("m/<str:token>/", views.guest, name="guest"),
    path("m/<str:token>/code/", views.guest_send_code, name="guest_send_code"),
    path("m/<str:token>/sms/", views.guest_sms, name="guest_sms"),
    path("m/<str:token>/verify/", views.guest_verify, name="guest_verify"),
    path("m/<str:token>/wrong-number/", views.guest_wrong_number, name="guest_wrong_number"),
    path("m/<str:token>/right-number/", views.guest_right_number, name="guest_right_number"),
    path("m/<str:token>/device/", views.guest_device, name="guest_device"),
    path(
        "m/<str:token>/device/<int:pk>/forget/",
        views.guest_forget_device,
        name="guest_forget_device",
    ),
    path("m/<str:token>/visit/", views.guest_visit, name="guest_visit"),
    path("m/<str:token>/close/", views.guest_close, name="guest_close"),
    path("m/<str:token>/body/", views.guest_body, name="guest_body"),
    path("m/<str:token>/print/", views.guest_print, name="guest_print"),
    path("m/<str:token>/attachments.zip", views.guest_archive, name="guest_archive"),
    path("m/<str:token>/reply/", views.guest_reply, name="guest_reply"),
    path(
        "m/<str:token>/reply/attachments/<int:pk>/",
        views.guest_reply_attachment,
        name="guest_reply_attachment",
    ),
    path("m/<str:token>/attachments/<int:pk>/", views.guest_attachment, name="guest_attachment"),
]
