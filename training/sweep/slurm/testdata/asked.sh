#!/bin/sh
#SBATCH --job-name=neuralrg-depth_study-HASH-1
#SBATCH --array=0-5%2
#SBATCH "--output=/home/ana/depth study/logs/%3a.txt"
#SBATCH --open-mode=append
#SBATCH "--chdir=/home/ana/depth study"
#SBATCH --requeue
#SBATCH --signal=B:USR1@60
#SBATCH --time=4:00
#SBATCH --cpus-per-task=2
#SBATCH --mem=2G
#SBATCH --partition=long
#SBATCH --account=ising
#SBATCH "--comment=for the paper's figure"
# submitted held, and released when its number is written down, by
# sbatch --parsable --hold --job-name=neuralrg-depth_study-HASH-1 --array=0-5%2 '--output=/home/ana/depth study/logs/%3a.txt' --open-mode=append '--chdir=/home/ana/depth study' --requeue --signal=B:USR1@60 --time=4:00 --cpus-per-task=2 --mem=2G --partition=long --account=ising '--comment=for the paper'\''s figure' '/home/ana/depth study/slurm/001.sh'
exec /opt/neuralrg/bin/neuralrg sweep point --backend slurm -- '/home/ana/depth study' "$SLURM_ARRAY_TASK_ID"
