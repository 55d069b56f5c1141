"""Files: how they are opened, unpacked and remembered, how much memory they take, and images."""
