namespace OnePeace.Modalities.Testing.Checks;

/// <summary>Inputs that no sender means: nothing, noise (every other one begins as a sample does), and samples cut short and changed. The same in every run.</summary>
internal static class MadeUpInputs
{
    private const int Noisy = 500, Broken = 500, MostNoise = 2_000, MostHead = 32, MostChanges = 8;

    public static IEnumerable<BadInput> Of(IReadOnlyList<Sample> samples)
    {
        yield return new BadInput("no bytes at all", Array.Empty<byte>());
        for (var number = 0; number < Noisy; number++)
        {
            var random = new Random(number);
            var head = number % 2 == 0 ? [] : Cut(samples[number % samples.Count].Bytes, random.Next(MostHead));
            yield return new BadInput($"noise number {number}", Noise(head, random));
        }
        for (var number = 0; number < Broken; number++)
        {
            var sample = samples[number % samples.Count];
            yield return new BadInput($"{sample.Name} broken by seed {number}", Break(sample.Bytes, new Random(number)));
        }
    }

    private static byte[] Cut(byte[] bytes, int length) => bytes[..Math.Min(length, bytes.Length)];

    private static byte[] Noise(byte[] head, Random random)
    {
        var noise = new byte[random.Next(1, MostNoise)];
        random.NextBytes(noise);
        return [.. head, .. noise];
    }

    /// <summary>Every other one is cut short; bytes are put in, taken out or replaced.</summary>
    private static byte[] Break(byte[] sample, Random random)
    {
        List<byte> bytes = [.. random.Next(2) == 0 ? sample : Cut(sample, random.Next(sample.Length))];
        for (var change = random.Next(MostChanges); change >= 0; change--)
        {
            var place = random.Next(bytes.Count + 1);
            var kind = random.Next(4);
            if (kind == 0 || place == bytes.Count) bytes.Insert(place, (byte)random.Next(256));
            else if (kind == 1) bytes.RemoveRange(place, Math.Min(random.Next(1, 16), bytes.Count - place));
            else bytes[place] = (byte)random.Next(256);
        }
        return [.. bytes];
    }
}
