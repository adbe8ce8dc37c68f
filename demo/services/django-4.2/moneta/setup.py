from setuptools import find_packages, setup

setup(
    name='acme-moneta',
    version='2.3.0',
    description='Money for Django: a value, a model field, a form field and a template filter.',
    packages=find_packages(include=['moneta', 'moneta.*']),
    python_requires='>=3.10',
    install_requires=['Django>=4.2,<4.3'],
)
