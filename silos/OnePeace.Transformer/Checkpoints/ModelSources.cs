namespace OnePeace.Transformer.Checkpoints;

/// <summary>Opens models in either form.</summary>
public static class ModelSources
{
    /// <summary>Opens an official checkpoint (<c>.pt</c>) or a model directory; maps, but loads nothing.</summary>
    /// <exception cref="FileNotFoundException">There is neither.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or not a model.</exception>
    public static ModelSource Open(string path)
    {
        if (Directory.Exists(path)) return ModelDirectory.Open(path);
        if (File.Exists(path)) return OfficialModel.Open(path);
        throw new FileNotFoundException($"Expected a checkpoint (.pt) or a model directory at {path}, but there is nothing.", path);
    }
}
