list devices --format markdown
