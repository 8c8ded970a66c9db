/// Sandboxes by bubblewrap: namespaces, seccomp, a uid and a cgroup for each hand.
@NullMarked
package dev.drover.hands.bwrap;

import org.jspecify.annotations.NullMarked;
