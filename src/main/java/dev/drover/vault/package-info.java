/// The credentials of vaults: what they are, how their secrets are encrypted, and who gets which.
/// Only this package decrypts. A secret is a [dev.drover.base.Secret], which no text form shows.
@NullMarked
package dev.drover.vault;

import org.jspecify.annotations.NullMarked;
