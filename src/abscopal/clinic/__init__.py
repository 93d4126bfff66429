"""What the clinic sees and does: imaging, response, disposition, tables. It works on arrays and tables only."""
