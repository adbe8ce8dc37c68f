"""Campaign files that ship with Chairlift: a start for a company's own."""

from importlib.resources import files


def shipped() -> dict[str, str]:
    """Slug to text of each shipped campaign file."""
    found = sorted(files(__name__).iterdir(), key=lambda file: file.name)
    return {file.name.removesuffix(".toml"): file.read_text("utf-8") for file in found if file.name.endswith(".toml")}
