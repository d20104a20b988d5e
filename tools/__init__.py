"""What those who change the house use: preparing a machine, checking migrations, texts and documents."""
