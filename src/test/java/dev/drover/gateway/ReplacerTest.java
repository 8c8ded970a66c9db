package dev.drover.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ReplacerTest {
  private static final List<Replacer.Text> TEXTS =
      List.of(text("drvph_AA", "[one]"), text("drvph_AB", "2"), text("drvph_BB", ""));

  private static Replacer.Text text(String text, String with) {
    return new Replacer.Text(text, () -> Optional.of(with.getBytes(ISO_8859_1)));
  }

  private static String replaced(String in, int... cuts) throws IOException {
    var out = new ByteArrayOutputStream();
    var replacer =
        new Replacer(
            TEXTS,
            bytes ->
                out.write(
                    bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining()));
    int from = 0;
    for (int cut : cuts) {
      replacer.accept(ByteBuffer.wrap(in.substring(from, cut).getBytes(ISO_8859_1)));
      from = cut;
    }
    replacer.accept(ByteBuffer.wrap(in.substring(from).getBytes(ISO_8859_1)));
    replacer.end();
    return out.toString(ISO_8859_1);
  }

  @Test
  void aTextIsFoundWhereverItIsCut() throws Exception {
    var in = "drvph_AA-drvph_drvph_ABdrvph_BBdrvph_A\u00ffddrvph_AA drvph_AAdrvph_AB drvph";
    var expected = "[one]-drvph_2drvph_A\u00ffd[one] [one]2 drvph";
    assertThat(replaced(in)).isEqualTo(expected);
    for (int one = 0; one <= in.length(); one++) {
      for (int two = one; two <= in.length(); two++) {
        assertThat(replaced(in, one, two)).as("%d %d", one, two).isEqualTo(expected);
      }
    }
  }

  @Test
  void itFindsWhatASearchInTheWholeFinds() throws Exception {
    var random = new Random(5);
    var parts = List.of("drvph_AA", "drvph_AB", "drvph_", "d", "AA", "x", "drvph_BB", "\r\n");
    for (int i = 0; i < 500; i++) {
      var in = new StringBuilder();
      for (int part = random.nextInt(12); part > 0; part--) {
        in.append(parts.get(random.nextInt(parts.size())));
      }
      var cuts = random.ints(random.nextInt(6), 0, in.length() + 1).sorted().toArray();
      var expected = in.toString().replaceAll("drvph_AA", "[one]");
      expected = expected.replaceAll("drvph_AB", "2").replaceAll("drvph_BB", "");
      assertThat(replaced(in.toString(), cuts)).isEqualTo(expected);
    }
  }

  @Test
  void whatIsPutInIsNotSearchedAndATextThatStandsForNothingStays() throws Exception {
    var texts =
        List.of(
            text("drvph_AA", "drvph_AB"),
            text("drvph_AB", "2"),
            new Replacer.Text("drvph_NO", Optional::empty));
    var in = "drvph_AA drvph_NO drvph_AB".getBytes(ISO_8859_1);
    assertThat(new String(Replacer.whole(in, texts), ISO_8859_1)).isEqualTo("drvph_AB drvph_NO 2");
  }
}
