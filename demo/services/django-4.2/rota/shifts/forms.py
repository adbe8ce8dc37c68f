from django import forms
from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _

from shifts.models import Shift


class ShiftForm(forms.ModelForm):
    class Meta:
        model = Shift
        fields = ['teacher', 'room', 'course', 'start', 'end']

    def clean_course(self):
        return ' '.join(str(self.cleaned_data['course']).split())


class SwapForm(forms.Form):
    teacher = forms.CharField(label=_('Who takes over'))

    def __init__(self, shift, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.shift = shift

    def clean_teacher(self):
        other = get_user_model().objects.filter(username=self.cleaned_data['teacher']).first()
        if other is None or other == self.shift.teacher:
            raise forms.ValidationError(_('Name somebody else.'))
        self.shift.teacher = other
        self.shift.clean()
        return other
