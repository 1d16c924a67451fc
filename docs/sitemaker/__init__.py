"""Makes the pages of the manual that nobody writes by hand, and checks the site that is built."""
