/// The profiles of the harness: how the context of a model is made, as data with versions, built in
/// or in files of the operator. [Profiles] chooses, and the brain does what the settings say.
@NullMarked
package dev.drover.profile;

import org.jspecify.annotations.NullMarked;
