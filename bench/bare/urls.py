"""A static page; a form of 13 fields; its POST, one row; the receipt."""

from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path

from bench.bare.models import Entry


class EntryForm(ModelForm):
    class Meta:
        model = Entry
        exclude = ["submitted_at"]  # noqa: DJ006


def page(request: HttpRequest) -> HttpResponse:
    return render(request, "page.html")


def form(request: HttpRequest) -> HttpResponse:
    filled = EntryForm(request.POST or None)
    if request.method == "POST" and filled.is_valid():
        return redirect("receipt", filled.save().pk)
    return render(request, "form.html", {"form": filled})


def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "receipt.html", {"entry": get_object_or_404(Entry, pk=pk)})


urlpatterns = [
    path("", page),
    path("nop/", form),
    path("bien-nhan/<int:pk>/", receipt, name="receipt"),
]
