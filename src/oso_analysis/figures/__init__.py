"""Pictures of tables already counted: `plot_x(table, ..., ax=None)`."""
