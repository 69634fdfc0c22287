// AssemblyScript, compiled by places.test.ts: places in sets by themselves, over tables that the test lays out.

export {
  candidatesIn,
  isFree,
  leastPlace,
  likelyPlace,
  markPlace,
  setFor,
  takePlace,
} from "../../../assembly/detect/places";
