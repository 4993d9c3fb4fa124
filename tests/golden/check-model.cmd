check models/gpt2.json
