#!/bin/bash
# A sweep as a Slurm job array: each task computes its share, in a folder that all machines see.
#
#     sbatch --array=1-8 experiments/slurm-array.sh --repeats 10              the shares
#     sbatch --dependency=singleton experiments/slurm-array.sh --repeats 10   after them: the table
#
# The second line is the same without --array: it reads the finished units, computes what is missing and writes the
# table. All that follows the script's name goes to the program, error-heatmap unless PROGRAM names another. The array may
# begin anywhere and have a step (0-3, 1-7:2, 1001-1004); a list such as 1,2,7 is refused, for Slurm does not tell a task
# which others there are; an array of one task computes everything and writes the table. A task that was cancelled,
# preempted or requeued goes on where it was; some of the shares 1 to 8 alone are done again by
#     SHARDS=8 sbatch --array=3,5 experiments/slurm-array.sh --repeats 10
#
#SBATCH --job-name=masked-ntk
#SBATCH --cpus-per-task=2
#SBATCH --requeue
#SBATCH --open-mode=append
# SPDX-License-Identifier: GPL-3.0-or-later

refuse() {
    echo "slurm-array.sh: $1" >&2
    exit 2
}

number() { # number NAME: the value of a variable of Slurm, without leading zeros
    [[ ${!1:-} =~ ^[0-9]{1,15}$ ]] || refuse "$1 is '${!1:-}', not a whole number; submit with sbatch --array=1-N"
    echo $((10#${!1}))
}

cd "${SLURM_SUBMIT_DIR:-.}" 2>/dev/null || refuse "SLURM_SUBMIT_DIR=$SLURM_SUBMIT_DIR is no folder here"
program=${PROGRAM:-build/bin/error-heatmap}
share=()
if [ -n "${SLURM_ARRAY_TASK_ID+set}" ]; then
    task=$(number SLURM_ARRAY_TASK_ID) && first=$(number SLURM_ARRAY_TASK_MIN) &&
        last=$(number SLURM_ARRAY_TASK_MAX) || exit
    if [ -n "${SHARDS:-}" ]; then
        count=$(number SHARDS) && step=1 || exit
        [ "$first" -ge 1 ] && [ "$last" -le "$count" ] ||
            refuse "tasks $first to $last are not among the shares 1 to $count of SHARDS=$count; give --array=1-$count or a part of it"
        first=1
    else
        : "${SLURM_ARRAY_TASK_STEP:=1}"
        count=$(number SLURM_ARRAY_TASK_COUNT) && step=$(number SLURM_ARRAY_TASK_STEP) || exit
        # Every step-th task from the first to the last is there, this one among them.
        [ "$step" -ge 1 ] && [ $((last - first)) -eq $(((count - 1) * step)) ] && [ $(((task - first) % step)) -eq 0 ] ||
            refuse "an array of $count tasks from $first to $last is a list with gaps; give --array=1-$count, or SHARDS=N and a list of shares of 1 to N"
    fi
    [ "$task" -ge "$first" ] && [ "$task" -le "$last" ] ||
        refuse "SLURM_ARRAY_TASK_ID=$task is not from $first to $last; submit with sbatch --array=1-N"
    share=(--shard "$(((task - first) / step + 1))/$count")
fi

command -v "$program" >/dev/null ||
    refuse "no program '$program' in $PWD; submit from the checkout's folder, after make, or give PROGRAM"

# exec: the signals of Slurm reach the program itself, which finishes the units in work.
exec "$program" --threads "${SLURM_CPUS_PER_TASK:-1}" "${share[@]}" "$@"
