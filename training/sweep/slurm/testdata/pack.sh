#!/bin/sh
#SBATCH --job-name=neuralrg-depth_study-HASH-1
#SBATCH --array=0-1
#SBATCH "--output=/home/ana/depth study/logs/task-%a.txt"
#SBATCH --open-mode=append
#SBATCH "--chdir=/home/ana/depth study"
#SBATCH --requeue
#SBATCH --signal=B:USR1@120
#SBATCH --cpus-per-task=8
# submitted held, and released when its number is written down, by
# sbatch --parsable --hold --job-name=neuralrg-depth_study-HASH-1 --array=0-1 '--output=/home/ana/depth study/logs/task-%a.txt' --open-mode=append '--chdir=/home/ana/depth study' --requeue --signal=B:USR1@120 --cpus-per-task=8 '/home/ana/depth study/slurm/001.sh'
case $SLURM_ARRAY_TASK_ID in
0) set -- 0 1 2 4 ;;
1) set -- 5 ;;
esac
exec /opt/neuralrg/bin/neuralrg sweep point --backend slurm --pack 4 -- '/home/ana/depth study' "$@"
