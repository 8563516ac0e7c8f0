namespace OnePeace.Engine.Plugins;

/// <summary>A modality's plugin cannot be loaded; the message says why and what to do.</summary>
public sealed class PluginLoadException(string message, Exception? inner = null) : Exception(message, inner);
