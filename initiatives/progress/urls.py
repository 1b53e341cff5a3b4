"""What the public sees of counting."""

from django.urls import path

from initiatives.progress.views import badge, board, quarters

urlpatterns = [
    path("<slug:campaign>/tien-do/", board.board, name="board"),
    path("<slug:campaign>/tien-do/quy/", quarters.quarter_list, name="quarters"),
    path("<slug:campaign>/tien-do/quy/<slug:quarter>/", quarters.quarter, name="quarter"),
    path("<slug:campaign>/tien-do.xlsx", board.board_xlsx, name="board_xlsx"),
    path("<slug:campaign>/huy-hieu/", badge.badge, name="badge"),
]
