package dev.drover.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// What every [dev.drover.profile.ProfileVersions] does.
abstract class ProfileVersionsContract extends StoreContract {
  private String remember(String name, int version, String hash) {
    return store.profileVersions().remember(name, version, hash);
  }

  @Test
  void aVersionStandsForWhatItStoodForFirst() throws Exception {
    assertThat(remember("a", 1, "one")).isEqualTo("one");
    assertThat(remember("a", 1, "two")).isEqualTo("one");
    assertThat(remember("a", 2, "two")).isEqualTo("two");
    assertThat(remember("b", Integer.MAX_VALUE, "three")).isEqualTo("three");
    reopened();
    assertThat(remember("a", 1, "two")).isEqualTo("one");
    assertThat(remember("b", Integer.MAX_VALUE, "four")).isEqualTo("three");
  }
}
