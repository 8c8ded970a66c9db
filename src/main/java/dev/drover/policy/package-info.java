/// What the operator of a server allows agents and environments to ask for: the file `policy.yaml`.
/// [OperatorPolicy] is its content, [PolicyFile] reads it, [PolicyInForce] is what this server
/// applies, and [PolicyLint] finds what an operator may not have meant.
@NullMarked
package dev.drover.policy;

import org.jspecify.annotations.NullMarked;
