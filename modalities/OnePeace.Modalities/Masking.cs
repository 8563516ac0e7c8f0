namespace OnePeace.Modalities;

/// <summary>What masked pretraining hides of an input's tokens. CLS and special tokens at the end are never hidden.</summary>
/// <param name="Ratio">The share hidden when the modality is encoded alone, between 0 and 1.</param>
/// <param name="JointRatio">The share hidden in a joint sequence with another modality.</param>
/// <param name="BlockLength">Hides runs of so many neighbouring tokens; 1 for single ones.</param>
/// <param name="BlockAdjust">Added to the share for the number of runs, because runs overlap; the share itself stays exact.</param>
/// <param name="WholeUnits">Hides whole units such as words (<see cref="PreparedInput.UnitStarts"/>): the share is one of units.</param>
public sealed record Masking(double Ratio = 0.5, double JointRatio = 0.5, int BlockLength = 1, double BlockAdjust = 0, bool WholeUnits = false);
