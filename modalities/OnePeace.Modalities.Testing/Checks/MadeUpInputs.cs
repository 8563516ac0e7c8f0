namespace OnePeace.Modalities.Testing.Checks;

/// <summary>Inputs that no sender means: nothing, noise, and samples cut short and changed. The same in every run.</summary>
internal static class MadeUpInputs
{
    private const int Noise = 500, Broken = 500, Seed = 11, MostNoise = 2_000, MostChanges = 8;

    public static IEnumerable<BadInput> Of(IReadOnlyList<Sample> samples)
    {
        yield return new BadInput("no bytes at all", Array.Empty<byte>());
        for (var number = 0; number < Noise; number++)
        {
            var bytes = new byte[new Random(Seed + number).Next(1, MostNoise)];
            new Random(number).NextBytes(bytes);
            yield return new BadInput($"noise number {number}", bytes);
        }
        for (var number = 0; number < Broken; number++)
        {
            var sample = samples[number % samples.Count];
            yield return new BadInput($"{sample.Name} broken by seed {number}", Break(sample.Bytes, new Random(number)));
        }
    }

    /// <summary>Every other one is cut short; bytes are replaced, taken out or put in.</summary>
    private static byte[] Break(byte[] sample, Random random)
    {
        List<byte> bytes = [.. random.Next(2) == 0 ? sample : sample[..random.Next(sample.Length)]];
        for (var change = random.Next(MostChanges); change >= 0; change--)
        {
            var place = random.Next(bytes.Count + 1);
            switch (random.Next(4))
            {
                case 0:
                    bytes.Insert(place, (byte)random.Next(256));
                    break;
                case 1 when place < bytes.Count:
                    bytes.RemoveRange(place, Math.Min(random.Next(1, 16), bytes.Count - place));
                    break;
                case var _ when place < bytes.Count:
                    bytes[place] = (byte)random.Next(256);
                    break;
            }
        }
        return [.. bytes];
    }
}
