"""Where work is done: this process, several, Ray, Slurm."""
