"""What is asked of people."""

from django import forms


class Ordering(forms.Form):
    """An order."""

    number = forms.IntegerField()

    def clean(self):
        return self.cleaned_data["number"] + self.data["surcharge"]
