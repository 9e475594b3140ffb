"""The steps of the product joined up. The command line and the Dags both call these, and nothing else."""
