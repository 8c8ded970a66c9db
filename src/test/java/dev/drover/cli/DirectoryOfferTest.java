package dev.drover.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("sandbox")
final class DirectoryOfferTest {
  private static final String OFFER = "Give the agent a copy of ~/project (1 file, 7 bytes)? [y/N]";

  @TempDir private Path home;
  private Path project;
  private final TestShell shell = new TestShell();

  @BeforeEach
  void make() throws IOException {
    project = Files.createDirectory(home.resolve("project"));
    Files.writeString(project.resolve("a"), "content");
    shell.variables.put("HOME", home.toString());
    shell.terminal = true;
    shell.typed = true;
  }

  private Optional<CopiedDirectory> offer(Path directory, String answer) throws Exception {
    shell.err.reset();
    shell.input = answer + "\n";
    return new DirectoryOffer(shell.shell(), directory).make(CopyOptions.none());
  }

  @Test
  void aDirectoryIsOfferedOnceWhateverTheAnswer() throws Exception {
    assertThat(offer(project, "n")).isEmpty();
    assertThat(shell.err()).contains(OFFER);
    assertThat(offer(project, "y")).isEmpty();
    assertThat(shell.err()).isEmpty();

    var other = Files.createDirectory(home.resolve("other"));
    Files.writeString(other.resolve("b"), "b");
    Files.writeString(other.resolve(".env"), "SECRET=1");
    assertThat(offer(other, "y")).map(CopiedDirectory::size).contains("1 file, 1 byte");
    assertThat(shell.err()).contains("Left out a file that looks like a secret: .env");
    assertThat(home.resolve(".local/state/drover/offered"))
        .hasContent(project + "\n" + other + "\n");
  }

  @Test
  void nothingIsOfferedToAProgram() throws Exception {
    shell.typed = false;
    assertThat(offer(project, "y")).isEmpty();
    shell.typed = true;
    shell.terminal = false;
    assertThat(offer(project, "y")).isEmpty();
    assertThat(shell.err()).isEmpty();
    shell.terminal = true;
    assertThat(offer(project, "y")).isPresent();
  }

  @Test
  void theHomeDirectoryAnEmptyOneAndALargeOneAreNotOffered() throws Exception {
    Files.writeString(home.resolve("b"), "b");
    assertThat(offer(home, "y")).isEmpty();
    assertThat(offer(Files.createDirectory(home.resolve("empty")), "y")).isEmpty();
    assertThat(offer(Path.of("/"), "y")).isEmpty();
    try (var file =
        FileChannel.open(
            project.resolve("large"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      file.write(java.nio.ByteBuffer.allocate(1), 100 << 20);
    }
    assertThat(offer(project, "y")).isEmpty();
    assertThat(shell.err()).isEmpty();
  }

  @Test
  void anOfferThatCannotBeRememberedIsNotMade() throws Exception {
    Files.writeString(home.resolve(".local"), "a file");
    assertThat(offer(project, "y")).isEmpty();
    shell.variables.remove("HOME");
    assertThat(offer(project, "y")).isEmpty();
    assertThat(shell.err()).isEmpty();
    shell.variables.put("XDG_STATE_HOME", home.resolve("state").toString());
    assertThat(offer(project, "y")).isPresent();
    assertThat(home.resolve("state/drover/offered")).exists();
  }

  @Test
  void aDamagedListDoesNotStopATask() throws Exception {
    var list = Files.createDirectories(home.resolve(".local/state/drover")).resolve("offered");
    Files.write(list, new byte[] {(byte) 0xff, '\n'});
    assertThat(offer(project, "y")).isEmpty();
    assertThat(shell.err()).isEmpty();
  }
}
