using OnePeace.GrainStorage.Tests;

// The crash test starts this assembly as the process that it kills.
if (args is [CrashingWriter.Argument, var path])
{
    await CrashingWriter.RunAsync(path);
    return 0;
}
return args.Contains("--server") || args.Contains("--internal-msbuild-node")
    ? await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions)
    : await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
