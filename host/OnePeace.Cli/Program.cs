System.Console.WriteLine("onepeace");
