"""The formats that a trained network is exported to: a file and a class each, found by being here."""
