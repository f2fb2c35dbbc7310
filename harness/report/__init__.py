"""What people see of results: the terminal, an HTML page, JUnit."""
