explain squeezenet1_0 fire2.squeze
