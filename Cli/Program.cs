return Cli.Plumbing.CommandLine.Run(args);
