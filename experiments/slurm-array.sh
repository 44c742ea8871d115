#!/bin/bash
# A sweep as a Slurm job array: each task computes its share, in a folder that all machines see.
#
#     sbatch --array=1-8 experiments/slurm-array.sh --repeats 10              the shares
#     sbatch --dependency=singleton experiments/slurm-array.sh --repeats 10   after them: the table
#
# The second line is the same without --array: it reads the finished units, computes what is missing and writes the
# table. All that follows the script's name goes to the program, error-heatmap unless PROGRAM names another. A task that
# was cancelled, preempted or requeued goes on where it was; one task alone is done again by
#     SHARDS=8 sbatch --array=3 experiments/slurm-array.sh --repeats 10
#
#SBATCH --job-name=masked-ntk
#SBATCH --cpus-per-task=2
#SBATCH --requeue
#SBATCH --open-mode=append

cd "${SLURM_SUBMIT_DIR:-.}" || exit 1
program=${PROGRAM:-build/bin/error-heatmap}
threads=${SLURM_CPUS_PER_TASK:-1}
if [ "$threads" -gt 64 ]; then
    echo "slurm-array: $threads processors a task are more than the 64 threads that OpenBLAS takes; 64 are used" >&2
    threads=64
fi

# exec: the signals of Slurm reach the program itself, which finishes the units in work.
if [ -n "${SLURM_ARRAY_TASK_ID:-}" ]; then
    exec "$program" --threads "$threads" --shard "$SLURM_ARRAY_TASK_ID/${SHARDS:-$SLURM_ARRAY_TASK_MAX}" "$@"
fi
exec "$program" --threads "$threads" "$@"
