package dev.drover.brain;

import dev.drover.model.Capabilities;
import dev.drover.profile.ProfileSettings;
import dev.drover.profile.Strategy;
import java.util.Optional;

/// Rooms with the usual settings.
final class TestRoom {
  private TestRoom() {}

  static Room of(Capabilities model, double fixed, Strategy strategy) {
    var settings = ProfileSettings.USUAL.with(strategy);
    return new Room(model, fixed, settings, () -> new Room.Next(settings, Optional.empty()));
  }
}
