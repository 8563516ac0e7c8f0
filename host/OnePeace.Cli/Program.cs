return await OnePeace.Cli.CommandLine.RunAsync(args);
