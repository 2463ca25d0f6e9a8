"""What is written differently in each language: the names of months, where they are short."""
