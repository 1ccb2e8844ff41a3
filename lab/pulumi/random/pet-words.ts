const words = (text: string): readonly string[] => text.split(' ');

/** Adverbs that start a long pet name. */
export const adverbs = words(
  'ably aptly badly barely boldly briefly brightly calmly clearly daily deeply duly early easily evenly fairly finely firmly ' +
    'fondly freely fully gently gladly greatly happily highly hugely jolly justly keenly kindly largely lately lightly likely ' +
    'loudly mainly mildly mostly nearly neatly nicely newly oddly openly partly plainly poorly quickly quietly rarely really ' +
    'safely shortly slowly smoothly softly solely surely truly usually vastly warmly wholly wildly wisely',
);

/** Adjectives before the animal of a pet name. */
export const adjectives = words(
  'able active amazed ample apt artistic assured awake aware balanced becoming beloved better big blessed bold brave bright ' +
    'busy calm capable careful certain charmed cheerful clean clear clever close comic content cool correct crisp curious cute ' +
    'daring dear decent deep direct driven eager easy epic equal evident exact fair famous fast fine firm fit fleet fond free ' +
    'fresh full funny gentle giving glad golden good grand great handy happy hardy healthy helped helpful honest hot huge humble',
);

/** Animals that end a pet name. */
export const animals = words(
  'ant ape badger bass bat bear beagle bee bengal bird bison boa bobcat buck bug bull burro calf camel caribou cat chipmunk cicada ' +
    'clam cobra cod colt condor coral cow crab crane crow cub deer dingo doe dog dolphin donkey dove drake duck eagle eel egret elf ' +
    'elk emu falcon fawn ferret filly finch fish flea fly foal fowl fox frog gator gecko gnat gnu goat goose grouse grub gull guppy',
);
