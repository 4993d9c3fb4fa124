explain bert-large norm --format markdown
