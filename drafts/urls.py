"""The sender's pages."""

from django.urls import path

from drafts import views

urlpatterns = [
    path("", views.draft_list, name="draft_list"),
    path("sent/", views.sent_list, name="sent_list"),
    path("finish/<str:token>/", views.finish, name="finish"),
    path("drafts/together/", views.draft_together, name="draft_together"),
    path("drafts/together/send/", views.draft_together_send, name="draft_together_send"),
    path("drafts/<int:pk>/", views.draft, name="draft"),
    path("drafts/<int:pk>/send/", views.draft_send, name="draft_send"),
    path("drafts/<int:pk>/status/", views.draft_status, name="draft_status"),
    path("drafts/<int:pk>/paste/", views.draft_paste, name="draft_paste"),
    path("drafts/<int:pk>/paste/undo/", views.draft_paste_undo, name="draft_paste_undo"),
    path(
        "drafts/<int:pk>/recipients/<int:recipient_pk>/",
        views.recipient_complete,
        name="recipient_complete",
    ),
    path(
        "drafts/<int:pk>/recipients/<int:recipient_pk>/accept/",
        views.recipient_accept,
        name="recipient_accept",
    ),
    path(
        "drafts/<int:pk>/recipients/<int:recipient_pk>/propose/",
        views.recipient_propose,
        name="recipient_propose",
    ),
    path(
        "drafts/<int:pk>/recipients/<int:recipient_pk>/keep/",
        views.recipient_keep,
        name="recipient_keep",
    ),
    path("drafts/<int:pk>/split/", views.draft_split, name="draft_split"),
    path("drafts/<int:pk>/retry/", views.draft_retry, name="draft_retry"),
    path("drafts/<int:pk>/undo/", views.draft_undo, name="draft_undo"),
    path("drafts/<int:pk>/discard/", views.draft_discard, name="draft_discard"),
    path("drafts/<int:pk>/restore/", views.draft_restore, name="draft_restore"),
    path("drafts/<int:pk>/opened/", views.draft_opened, name="draft_opened"),
    path("drafts/<int:pk>/once-more/", views.draft_once_more, name="draft_once_more"),
    path("drafts/<int:pk>/ask/", views.draft_ask, name="draft_ask"),
    path("drafts/<int:pk>/share/", views.draft_share, name="draft_share"),
    path("drafts/<int:pk>/snooze/", views.draft_snooze, name="draft_snooze"),
    path("drafts/<int:pk>/body/", views.draft_body, name="draft_body"),
    path(
        "drafts/<int:pk>/recipients/<int:recipient_pk>/remove/",
        views.recipient_remove,
        name="recipient_remove",
    ),
    path(
        "drafts/<int:pk>/attachments/<int:attachment_pk>/",
        views.draft_attachment,
        name="draft_attachment",
    ),
    path("help/", views.help_page, name="help"),
    path("help/answer/", views.help_answer, name="help_answer"),
    path("help/answers/", views.help_answers, name="help_answers"),
    path("radar/", views.radar, name="radar"),
    path("radar/drafts/<int:pk>/", views.radar_draft, name="radar_draft"),
]
