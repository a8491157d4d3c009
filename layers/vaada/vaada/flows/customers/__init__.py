"""Find customers, and let two records of one person become one."""
