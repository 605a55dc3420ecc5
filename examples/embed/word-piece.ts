/** What marks a piece that goes on with a word. */
const CONTINUATION = "##";

/** What marks texts and fills them up; their ids are their places. */
const SPECIAL_TOKENS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] as const;

const CHARACTERS = Array.from("abcdefghijklmnopqrstuvwxyz0123456789.,;:!?'\"()-/%&+$€@#*");

const ENDINGS =
  "s es ed er ers est ing ings ly y al ally ion ions ity ment ness ful less able ous ive ish like ward ' ic ist ism th st nd rd";

const WORDS = `a about above after again against all almost alone along already also although always am among an and another any
anything are around as ask at away baby back bad be beach beautiful because bed been before begin behind being believe best
better between big bird black blue boat book both bread break bring brother brown build building but buy by call can car cat
change child children city class clean clear close coffee cold color come cook cool could country cup cut dark day deep did
different dinner do does dog door down dream drink drive during each early east eat egg end engine enough even evening ever every
example eye face fall family far fast father feel few field find fine fire first fish five flower fly follow food foot for forest
found four fox free friend from front fruit full garden gave get girl give glass go good got grass great green ground group grow
guitar had hand happy hard has have he head hear heart help her here high him his hold home horse hot hour house how hundred i ice
idea if in inside into is it its jump just keep kind king kitchen know lake land language large last late later laugh lazy learn
leave left less let letter life light like line list listen little live long look lost love low machine make man many map market
mat me mean men might milk mind minute model money month moon more morning most mother mountain mouse move much music must my name
near need never new news next night no north not nothing now number of off office often old on once one only open or orange order
other our out over own page paint paper park part people person phone piano picture piece place plan plane plant play please point
poor price problem program put question quick quiet quite rain ran read ready real red rest rich right river road rock room round
run said same sat saw say school sea second see seem sentence server set she ship shop short should show side sing sister sit six
sky sleep slow small snow so soft some something song soon sound south speak spring stand star start station still stone stop
store story street strong student study such summer sun sure sweet swim table take talk tall tea teach tell ten test text than
that the their them then there these they thing think this those thousand three through time to today together told tomorrow too
took top town train travel tree true try turn two type under until up upon us use very violin visit voice wait walk wall want warm
was watch water way we week well went were west what wheel when where which while white who whole why wide wife will wind window
winter wish with without woman wonder wood word work world would write year yellow yes yesterday yet you young your`;

/**
 * A tokenizer.json for English: BERT's, with a vocabulary of some hundred words, word endings and single letters, so that every word
 * of these letters has pieces.
 *
 * @see https://huggingface.co/docs/tokenizers for the format, which every tokenizer of Hugging Face reads
 */
export function wordPieceTokenizer(): { readonly json: string; readonly size: number } {
  const pieces = [
    ...SPECIAL_TOKENS,
    ...CHARACTERS,
    ...CHARACTERS.map(continuation),
    ...ENDINGS.split(/\s+/).map(continuation),
    ...WORDS.split(/\s+/),
  ];
  const vocab = new Map<string, number>();
  for (const piece of pieces) {
    if (!vocab.has(piece)) {
      vocab.set(piece, vocab.size);
    }
  }
  const json = JSON.stringify({
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: SPECIAL_TOKENS.map(specialToken),
    normalizer: {
      type: "BertNormalizer",
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: BETWEEN_MARKS,
    decoder: { type: "WordPiece", prefix: CONTINUATION, cleanup: true },
    model: {
      type: "WordPiece",
      unk_token: "[UNK]",
      continuing_subword_prefix: CONTINUATION,
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(vocab),
    },
  });
  return { json, size: vocab.size };
}

/** `[CLS] text [SEP]`, and a second text behind that. */
const BETWEEN_MARKS = {
  type: "TemplateProcessing",
  single: [mark("[CLS]", 0), text("A", 0), mark("[SEP]", 0)],
  pair: [mark("[CLS]", 0), text("A", 0), mark("[SEP]", 0), text("B", 1), mark("[SEP]", 1)],
  special_tokens: Object.fromEntries(
    (["[CLS]", "[SEP]"] as const).map((token) => [
      token,
      { id: token, ids: [SPECIAL_TOKENS.indexOf(token)], tokens: [token] },
    ]),
  ),
};

function mark(id: string, typeId: number): object {
  return { SpecialToken: { id, type_id: typeId } };
}

function text(id: string, typeId: number): object {
  return { Sequence: { id, type_id: typeId } };
}

function continuation(piece: string): string {
  return `${CONTINUATION}${piece}`;
}

function specialToken(content: string, id: number): object {
  return {
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  };
}
