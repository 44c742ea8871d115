#!/bin/bash
# The heat map as a Slurm job array on this one machine, with experiments/slurm-array.sh: one task is taken off its
# processor midway and requeued, the shares are gathered, and the tables are those of a run without Slurm, byte for byte
# but for the lines of provenance. Slurm (slurmctld, slurmd, munge) is started here, in a folder of its own and as the
# user who runs this, and stopped here.
#
#     tests/slurm.sh FOLDER BIN
# SPDX-License-Identifier: GPL-3.0-or-later
set -u
folder=${1:-build/slurm} bin=${2:-build/bin}

skip() {
    echo "slurm: skipped: $1"
    exit 0
}

PATH=$PATH:/usr/sbin:/sbin
for tool in munged slurmctld slurmd sbatch squeue scontrol; do
    command -v $tool >/dev/null || skip "no $tool; apt-get install slurmctld slurmd slurm-client munge"
done

rm -rf "$folder"
mkdir -p "$folder"/state "$folder"/spool "$folder"/munge
here=$(cd "$folder" && pwd)
chmod 0755 "$here" "$here/munge"
daemons=()

stop() {
    trap - EXIT
    [ -n "${job:-}" ] && scancel "$job" 2>/dev/null
    for pid in $(printf '%s\n' "${daemons[@]}" | tac); do kill "$pid" 2>/dev/null; done
    wait 2>/dev/null
}
trap stop EXIT
trap 'stop; exit 130' INT
trap 'stop; exit 143' TERM

no() { # no WHAT LOG: Slurm does not start here
    tail -n 5 "$2" 2>/dev/null
    skip "$1 does not start here (see $2)"
}

wait_for() { # wait_for SECONDS COMMAND...: until it succeeds
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.2
    done
}

# --- munge, slurmctld, slurmd ---
(umask 077 && head -c 1024 /dev/urandom > "$here/munge/key")
munged --foreground --force --key-file "$here/munge/key" --socket "$here/munge/socket" --pid-file "$here/munge/pid" \
    --log-file "$here/munge/log" --seed-file "$here/munge/seed" --num-threads 2 > "$here/munge/out" 2>&1 &
daemons+=($!)
wait_for 10 test -S "$here/munge/socket" || no munged "$here/munge/out"

port=$((20000 + $$ % 20000))
cat > "$here/slurm.conf" <<CONF
ClusterName=masked-ntk
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
AuthInfo=socket=$here/munge/socket
SlurmctldPort=$port
SlurmdPort=$((port + 1))
StateSaveLocation=$here/state
SlurmdSpoolDir=$here/spool
SlurmctldPidFile=$here/slurmctld.pid
SlurmdPidFile=$here/slurmd.pid
SlurmctldLogFile=$here/slurmctld.log
SlurmdLogFile=$here/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SwitchType=switch/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SchedulerType=sched/builtin
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
KillWait=10
NodeName=$(hostname -s) NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=local Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
# Nothing above asks for control groups. Where there are none, newer versions fail unless told so; that of Debian 12 has no
# word for it.
[ "$(slurmd -V | tr -dc '0-9.' | cut -d. -f1)" -lt 24 ] || echo 'CgroupPlugin=disabled' > "$here/cgroup.conf"
export SLURM_CONF=$here/slurm.conf
slurmctld -D -c -f "$SLURM_CONF" > "$here/slurmctld.out" 2>&1 &
daemons+=($!)
slurmd -D -c -f "$SLURM_CONF" -N "$(hostname -s)" > "$here/slurmd.out" 2>&1 &
daemons+=($!)
wait_for 30 scontrol ping || no slurmctld "$here/slurmctld.log"
wait_for 30 sh -c 'sinfo -h -o %T | grep -q idle' || no slurmd "$here/slurmd.log"
echo "slurm: $(sinfo --version), $(sinfo -h -o '%D node, %c processors, %T') after $SECONDS s"

# --- the heat map ---
fail() {
    echo "slurm: $1"
    tail -n 5 "$here"/task-*.log 2>/dev/null
    exit 1
}
options=(--samples 300 --width 400 --subnets "2,4,8" --xi "0.3,0.6" --lr 0.05 --stop no --rounds 100 --repeats 8)
program="$bin/error-heatmap"
out=$here/array/error-heatmap.dat
submit() { # submit ARGUMENTS OF SBATCH: prints the job's number
    PROGRAM=$program sbatch --parsable --cpus-per-task=1 --output="$here/task-%a.log" "$@" \
        experiments/slurm-array.sh "${options[@]}" --out "$out"
}
units() { find "$here/array" -name '*.unit' 2>/dev/null | wc -l; }
job=$(submit --array=3-9:2) || fail "sbatch refused the array"
gather=$(submit --dependency=singleton) || fail "sbatch refused the gathering"
# Of 8 repetitions in 4 shares those numbered 1 and 5 are of share 2, which is the task 5.
wait_for 120 sh -c "find '$here/array' -name '*-000[15].unit' | grep -q ." || fail "the second task never finished a unit"
before=$(units)
scontrol requeue "${job}_5" || fail "the second task could not be requeued"
sleep 1
[ "$(squeue -h -o %T -j "${job}_5")" != RUNNING ] || fail "the second task runs on"
echo "slurm: the second task requeued with $before units there: $(squeue -h -o '%T %r' -j "${job}_5")"
scontrol update jobid="${job}_5" starttime=now # Slurm would wait two minutes
wait_for 240 sh -c "[ -z \"\$(squeue -h -j $job,$gather)\" ]" || fail "the array does not end: $(squeue -h)"
grep -q 'stopped by SIGTERM after' "$here/task-5.log" || fail "the second task was not told to stop"
echo "slurm: $(grep -h 'units are there already' "$here"/task-5.log | tail -n 1)"

"$program" "${options[@]}" --quiet --out "$here/one/error-heatmap.dat" || fail "the run without Slurm failed"
for table in error-heatmap.dat error-heatmap.runs.dat; do
    [ -s "$here/array/$table" ] || fail "$table was not gathered"
    cmp <(grep -v '^#' "$here/array/$table") <(grep -v '^#' "$here/one/$table") || fail "$table differs"
done

# Slurm does not tell a task which others there are: every task of a list refuses.
program=/nowhere list=$(submit --array=1,2,7) || fail "sbatch refused the list"
wait_for 60 sh -c "[ -z \"\$(squeue -h -j $list)\" ]" || fail "the list does not end: $(squeue -h)"
for task in 1 2 7; do
    grep -q 'is a list with gaps; give --array=1-3' "$here/task-$task.log" || fail "task $task of a list does not refuse"
done
echo "slurm: array of 4 tasks, one requeued, gathered: the tables are those of one machine; a list refused ($(units) units, $SECONDS s)"
