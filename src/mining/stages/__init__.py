"""The stages of the pipeline: read parameters, read files, call the library, write files."""
