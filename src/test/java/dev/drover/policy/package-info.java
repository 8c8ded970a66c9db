/// Tests of what an operator allows.
@org.jspecify.annotations.NullMarked
package dev.drover.policy;
