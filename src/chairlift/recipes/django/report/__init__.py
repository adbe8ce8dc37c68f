"""What a run of the recipe has to say, as one page: for a terminal, a pull request, a browser and programs."""
