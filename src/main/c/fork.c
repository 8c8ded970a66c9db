/* What every process does that is forked here, before it runs anything else. */
#include "relay.h"
#include "serve.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

static int signals = -1;
static rlim_t processes; /* of this sandbox, where no control group has the limit; else 0 */

void fork_setup(int signal_fd, int64_t processes_max) {
  signals = signal_fd;
  processes = (rlim_t)processes_max;
}

void child_reset(void) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  signal(SIGXFSZ, SIG_DFL);
  signal(SIGPIPE, SIG_DFL);
  setpriority(PRIO_PROCESS, 0, 0);
  struct rlimit most = {processes, processes};
  if (processes) setrlimit(RLIMIT_NPROC, &most);
  conn_forked();
  relay_forked();
  capability_drop();
  close(signals);
}
