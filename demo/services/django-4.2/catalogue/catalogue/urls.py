from django.urls import include, path, re_path
from django.contrib import admin
from django.http import HttpResponse

urlpatterns = [
    re_path(r'^admin/', admin.site.urls),
    path('api/', include('courses.urls')),
    path('healthz', lambda request: HttpResponse('ok')),
]
