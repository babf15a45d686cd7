#!/bin/bash
# Starts a Slurm with two nodes, n1 and n2, on this machine, on 127.0.0.1 alone, with
# all its files in a folder. A job in the partition urgent takes the node of one in
# the partition p, which Slurm then requeues.
#
#     one_machine.sh start DIR     then: export SLURM_CONF=DIR/slurm.conf
#     one_machine.sh stop DIR
#     one_machine.sh lose DIR n1   kill the daemon of a node and its jobs, as if the node was lost
#     one_machine.sh node DIR n1   start it again
#
# It runs as root, with Debian's packages slurm-wlm, slurmctld, slurmd and munge.
set -euo pipefail
dir=$(realpath -m "$2")
export SLURM_CONF=$dir/slurm.conf

ended() { # FILE: ends the process of a pid file and waits for it
	local pid
	pid=$(cat "$1" 2>/dev/null) || return 0
	kill -"${2:-TERM}" "$pid" 2>/dev/null || return 0
	for _ in $(seq 200); do kill -0 "$pid" 2>/dev/null || return 0; sleep 0.05; done
	kill -KILL "$pid" 2>/dev/null || true
}

taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; } # PORT

case $1 in
start)
	mkdir -p "$dir"/{state,d1,d2,log,munge}
	# Three ports that are free, and that the system gives to nobody who asks for any.
	while port=$((20000 + RANDOM % 12000)) && taken "$port" || taken $((port + 1)) || taken $((port + 2)); do :; done
	chown -R munge "$dir/munge"
	chmod 755 "$dir/munge"
	[ -e "$dir/munge/key" ] || head -c 1024 /dev/urandom >"$dir/munge/key"
	chown munge "$dir/munge/key" && chmod 400 "$dir/munge/key"
	runuser -u munge -- munged --force --key-file="$dir/munge/key" --socket="$dir/munge/socket" --pid-file="$dir/munge/pid" \
		--log-file="$dir/munge/log" --seed-file="$dir/munge/seed"
	cat >"$SLURM_CONF" <<CONF
ClusterName=one
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmctldPort=$port
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$dir/munge/socket
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/d%n
SlurmctldPidFile=$dir/ctld.pid
SlurmdPidFile=$dir/d%n.pid
SlurmctldLogFile=$dir/log/ctld
SlurmdLogFile=$dir/log/d%n
SlurmdTimeout=5
MinJobAge=300
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
ReturnToService=2
SchedulerParameters=sched_interval=1,batch_sched_delay=0
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
NodeName=n1 NodeHostname=$(hostname -s) NodeAddr=127.0.0.1 Port=$((port + 1)) CPUs=1 State=UNKNOWN
NodeName=n2 NodeHostname=$(hostname -s) NodeAddr=127.0.0.1 Port=$((port + 2)) CPUs=1 State=UNKNOWN
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
PartitionName=p Nodes=ALL Default=YES PriorityTier=1 MaxTime=INFINITE State=UP
PartitionName=urgent Nodes=ALL PriorityTier=2 MaxTime=INFINITE State=UP
CONF
	mkdir -p "$dir"/d{n1,n2}
	slurmctld
	slurmd -N n1
	slurmd -N n2
	for _ in $(seq 1800); do
		[ "$(sinfo -h -t idle -o %D 2>/dev/null)" = 2 ] && exit 0
		sleep 0.1
	done
	echo "the nodes are not idle after 3 minutes:" >&2
	sinfo >&2 || true
	tail -n 5 "$dir"/log/* >&2
	exit 1
	;;
lose) # and what runs on it
	kill -KILL "$(cat "$dir/d$3.pid")"
	for p in /proc/[0-9]*; do
		if grep -qzx "SLURMD_NODENAME=$3" "$p/environ" && grep -qzxF "SLURM_CONF=$SLURM_CONF" "$p/environ"; then
			parent=$(awk '/^PPid/ {print $2}' "$p/status")
			[ "$(cat "/proc/$parent/comm")" = slurmstepd ] && kill -KILL "$parent"
			kill -KILL "${p#/proc/}"
		fi 2>/dev/null || true # a process that has ended meanwhile
	done
	;;
node) slurmd -N "$3" ;;
stop)
	for f in "$dir"/dn1.pid "$dir"/dn2.pid "$dir"/ctld.pid "$dir"/munge/pid; do ended "$f"; done
	;;
*)
	echo "one_machine.sh start|stop|lose|node DIR [NODE]" >&2
	exit 2
	;;
esac
